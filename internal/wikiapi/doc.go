// Package wikiapi stands in for MediaWiki's Action API inside the process, so
// that a demo and end-to-end tests fetch texts as in production, over HTTP, but
// from revisions they put in themselves.
//
// [Server] answers action=query&prop=revisions&revids=… with formatversion=2 and
// rvslots, list=allrevisions (oldest first, without texts), list=users (groups and
// registration) and meta=siteinfo (name and domain), for any number of wikis: /w/api.php?wiki=enwiki&… or
// /enwiki/w/api.php?…. Bodies and heads have the form that MediaWiki 1.43 sends,
// down to the order of keys; a parity test compares them with recorded ones.
// That includes what trips clients up: errors with status 200, badrevids that
// turn into an array, hidden and suppressed revisions, and answers cut at the
// result limit that list pages without their revisions.
//
// Guarantees. Safe for concurrent use. Memory is bounded: what was put in first
// is forgotten first and then answered as if it never existed, and counted, so
// that a demo can hold back (see [Stats]). Faults are by the number of the
// request, hence repeatable with one client at a time.
//
// Limits. What MediaWiki offers beyond that is refused with status 400 and a
// sentence, never answered wrongly. A parent that was only put in as a
// revision's ParentText has a hidden author and comment, and its child's time.
package wikiapi
