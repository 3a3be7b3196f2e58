"""Where the rows of a sheet are: however it is written, in whatever system, as degrees of WGS-84 or a reason."""
