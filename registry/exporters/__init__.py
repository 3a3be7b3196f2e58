"""The registry's data in files for others and for itself: each format is read again by the importer."""
