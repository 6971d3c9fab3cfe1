"""The API's answers by subject: the shape of each and the function that builds it, side by side."""
