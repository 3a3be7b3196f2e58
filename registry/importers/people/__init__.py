"""Rescuers from the sheets of Red Cross societies: who they are, how to reach them, what they may do until when."""
