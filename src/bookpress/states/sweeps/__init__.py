"""Many runs side by side: sweeps of a chapter, comparisons of editions, and their pages."""
