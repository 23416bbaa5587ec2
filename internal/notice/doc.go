// Package notice holds what people are told of in the portal (お知らせ).
//
// A notice is given in the transaction of the change that it tells of: the door
// writes it (door.Effect.Notices), beside the trail. It is for one person, and
// nobody else ever sees it. Its words are stored, but shown only as long as that
// person may read what it is about: each notice names its topic, and the topic's
// domain says in SQL what may be read. So a document that somebody may no longer
// read leaves no trace in what they were told, nor in how many notices there are.
//
// That somebody has seen a notice is a help for themselves and proves nothing, so
// it does not pass the door: the trail would be full of it.
package notice
