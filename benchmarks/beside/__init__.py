"""Today's code beside another commit's: the same measuring, the same input, in turns within one run."""
