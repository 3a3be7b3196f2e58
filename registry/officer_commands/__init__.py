"""Commands of `rescue-circle registry` with which an officer keeps AEDs and looks at who changed what."""
