// Package classify finds the levels of an asset by plain questions, in the place of the
// guideline's definitions (7(2)): who answers them needs not know what 機密性3B is. Of each
// aspect the first はい decides. 可用性 asks for how many days the work can go on without.
//
// The questions, what an answer comes to and the number of days are an edition, with the
// town's own rows over it.
package classify
