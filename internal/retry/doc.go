// Package retry decides what becomes of an event whose text the wiki could not give
// now and may give later: another attempt after a delay, or the end of it, as an error
// event or a dead letter.
//
// Why topics. Package fetch tries for seconds, in order; a wiki that is gone for
// minutes would hold up the pages of all others, since a partition's offset moves only
// over finished events. An event that waits in a topic of its own holds up nobody, and
// outlives the process. The price is order: it comes after later events of its page.
// Who wants order instead raises fetch.deadline.
//
// Why a topic for each delay. Records of one topic that all wait equally long become
// due in the order in which they stand there, so that the reader waits for the first
// alone. One topic with different delays would hold short ones behind long ones.
//
// The table is read from the top: the first line that names the reason of a failure
// says how many attempts there are and what comes after the last. A reason that no line
// names is at its end at once, with an error event. A record that came from a retry
// topic is judged by the table as it is now, not as it was when it was written.
//
// The package holds the policy alone. The pipeline (package score) writes and reads the
// records, package consume holds them back until they are due.
package retry
