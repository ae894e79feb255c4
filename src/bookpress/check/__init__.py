"""Reading the whole book without running anything: what is wrong with it, and which results its chapters record."""
