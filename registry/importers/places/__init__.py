"""Lists of places: outlines and stations as cities and map makers hand them out."""
