"""An AED beyond where it hangs: its device and cabinet, who keeps it, when it was checked, how likely it is usable."""
