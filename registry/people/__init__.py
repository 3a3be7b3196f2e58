"""Pure rules about people of the register: what they are, which certificates count, when they may be asked."""
