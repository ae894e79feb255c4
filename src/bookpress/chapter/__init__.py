"""What a chapter is: parameters, what its prose quotes, estimates, comparisons."""
