"""The shapes of the API's answers, field by field: what OpenAPI, the client's types and the tests go by."""
