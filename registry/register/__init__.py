"""The register of people that an officer runs: every change has a name, and stands in the history with it."""
