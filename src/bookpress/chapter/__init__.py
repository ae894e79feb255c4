"""What a chapter is made of: parameters, quotes in its prose, estimates and comparisons."""
