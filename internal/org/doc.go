// Package org is the organization of the town: 課室, people, the posts they
// hold and from when to when, and so who holds which security role on a day
// (基本方針 7(1), 図 1.1).
//
// Roles follow posts (充て職): a person has the roles of the posts they hold
// today, and everyone with a post is 職員等. What someone may do is looked up
// for the day, at each request, so that a right ends with its post.
package org
