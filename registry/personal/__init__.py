"""What says who somebody is, as it stands in the database: read, written, found and kept under the newest key."""
