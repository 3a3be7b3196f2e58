"""The places of a Red Cross society: districts, grids, practice stations, school stations, metro stations."""
