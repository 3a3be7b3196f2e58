"""Commands of `rescue-circle registry` for officers who keep the register of people."""
