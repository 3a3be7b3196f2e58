"""What columns and words of a list mean, in nine languages: tables in `languages/`, one a language, and profiles of
lists whose columns are known."""
