"""Where things are: datums, the plane of a service area, and indexes of points."""
