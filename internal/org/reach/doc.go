// Package reach is how far people's roles reach in a town on a day, where each town
// decides that for itself: the cells of the permission table that are its own, each
// a setting with a first day, and whether a 課 reaches the 室 inside it. Whoever is looked up as an actor is completed with it.
package reach
