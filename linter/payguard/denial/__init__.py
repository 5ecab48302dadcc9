"""Why AWS denied a call: its message read, the policies asked again, the smallest repair."""
