/** The addresses of park and ride pages. */

export const parkPath = (park: { park_slug: string }): string => `/parks/${park.park_slug}`;

export const ridePath = (ride: { ride_id: number; ride_slug: string }): string => `/rides/${ride.ride_id}-${ride.ride_slug}`;
