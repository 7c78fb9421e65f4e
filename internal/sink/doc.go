// Package sink takes events to where their stream goes: to Kafka as JSON or as Avro
// (package produce or consume.Transactor, with avro.Serializer), to EventGate
// (package eventgate), to Avro files (avro.Files), or to several of them.
//
// The configuration names sinks by stream; a message names a topic. [New] is told
// which stream each topic has. Dead letters and canaries go the way of their stream.
// A topic of no stream is this service's own (retries, differences of shadows): it
// goes to Kafka as it is, whatever the default.
//
// Guarantees:
//
//   - The callback of [Sinks.PublishAll] is called exactly once, after every sink has
//     answered for every message: with nil only when all have all.
//   - Messages of one key reach each sink in the order of the calls. Nothing here
//     waits in a queue or runs on a goroutine of its own: a call returns when every
//     sink has taken its messages in, so a sink that is slow holds up its caller, and
//     with it the consumer. Kafka is handed its messages first, EventGate last.
//   - Messages for Kafka are handed over in one call, as a transaction wants them.
//   - What a sink refuses for what it is (EventGate finds it invalid, Avro has no
//     form for it, its topic does not take as much) is left out there, and a dead
//     letter with the event goes the way of the stream of dead letters. When that and
//     all other messages have arrived everywhere, it comes back as a [*RefusedError]:
//     the record is over, it has not failed. It is counted; the caller logs it.
//     Stopping the service instead would stop it again at each start, at the same record.
//   - A refusal that is known before anything is sent, as those of Avro and of size, has
//     its letter in the same call as the other messages: a transaction takes one. A
//     letter that is itself refused gets no letter.
//   - Any other error means that some sink does not have what it should. The record is
//     to be delivered again, which repeats the messages, under their meta.id, in the
//     sinks that had them; files drop such repeats.
//
// Limits. Sinks other than Kafka cannot be in a Kafka transaction
// ([Config.Transactional]). A right or a topic that is missing is no refusal of an event
// but an operator's business, and fails. A gate that produces to the brokers which this service also
// writes to doubles every event of a stream that names both, if it maps the stream
// to the same topic.
package sink
