"""The planner's commands: who is covered, where the gaps are, where further AEDs and rescuers would help most."""
