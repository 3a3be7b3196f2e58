"""The databases: SQLite and PostGIS behind one way of asking."""
