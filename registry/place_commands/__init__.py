"""`rescue-circle registry places`: districts, grids and stations at the command line."""
