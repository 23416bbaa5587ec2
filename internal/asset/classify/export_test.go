package classify

// Order puts questions into the order in which they are asked.
var Order = order
