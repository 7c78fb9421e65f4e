package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"revscore/internal/avro"
	"revscore/internal/event"
	"revscore/internal/produce"
	"revscore/internal/score"
	"revscore/schemas"
)

// schemaFlags say which events the streams have, and where Hive finds them.
type schemaFlags struct {
	config, schema, location string
}

func newSchemaCommand() *cobra.Command {
	var flags schemaFlags
	cmd := &cobra.Command{
		Use: "schema", Short: "Print the schemas of what is written, and tables for them", Args: cobra.NoArgs,
		Long: "Schemas are printed one document after another, each once: of the STREAMs named, or else of all that the\n" +
			"configuration has, or else of all there are. Which events are on a STREAM is said by --config or by --schema;\n" +
			"without them only the default names are known (mediawiki.revision-score-MODEL, mediawiki.page_MODEL_prediction_change.v1,\n" +
			"revscore.error).\n" +
			"docs/formats/avro.md says how JSON and Avro belong together.",
		Example: "  streamer schema json revscore.error\n" +
			"  streamer schema avro --schema /mediawiki/revision/score/3.0.0 > revision-score.avsc\n" +
			"  streamer schema hive --config streamer.yaml --location hdfs:///wmf/data/revscore",
		// With this, and only with it, an unknown subcommand is an error.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&flags.config, "config", "", "configuration file whose streams are meant")
	cmd.PersistentFlags().StringVar(&flags.schema, "schema", "", "$schema of the events on the streams")
	cmd.MarkFlagsMutuallyExclusive("config", "schema")
	cmd.AddCommand(
		newSchemaTextCommand(&flags, "json", "Print JSON Schemas: subsets of the official ones, to hold events to",
			func(s stream) string { return string(s.json()) }),
		newSchemaTextCommand(&flags, "avro", "Print Avro schemas: the whole official ones",
			func(s stream) string { return s.schema.Text }),
		newSchemaHiveCommand(&flags),
	)
	return cmd
}

// jsonSchemas are what events are held to, by their $schema.
var jsonSchemas = map[string][]byte{
	event.ScoreSchema:      schemas.RevisionScore,
	event.ErrorSchema:      schemas.DeadLetter,
	event.PredictionSchema: schemas.PredictionClassificationChange,
}

func newSchemaTextCommand(flags *schemaFlags, form, short string, text func(stream) string) *cobra.Command {
	return &cobra.Command{
		Use: form + " [STREAM...]", Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			kinds, err := flags.kinds(args)
			if err != nil {
				return err
			}
			printed := map[string]bool{}
			for _, k := range kinds {
				doc := strings.TrimSpace(text(k))
				if printed[doc] {
					continue
				}
				printed[doc] = true
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), doc); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func newSchemaHiveCommand(flags *schemaFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use: "hive [STREAM...]", Short: "Print statements that make tables of Avro container files",
		Long: "Hive prints, for each STREAM or for all of --config, the statements for Hive and Spark that make a table of\n" +
			"the stream's folder and that find its new hours; the second is run again each hour. The folder is\n" +
			"LOCATION/STREAM: avro.files.dir as Hive sees it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			streams, err := flags.streams(args)
			if err != nil {
				return err
			}
			if len(streams) == 0 {
				return errors.New("no stream is named: name streams, or give --config for all of a configuration")
			}
			return writeTables(cmd.OutOrStdout(), streams, flags.location)
		},
	}
	cmd.Flags().StringVar(&flags.location, "location", "", "folder or URI in which the streams' folders are")
	cobra.CheckErr(cmd.MarkFlagRequired("location"))
	return cmd
}

// stream is an output stream and what its events are.
type stream struct {
	name     string
	schema   *avro.Schema
	combined bool // each event has the answers of all models
}

func (s stream) json() []byte {
	if s.combined {
		return schemas.CombinedScore
	}
	return jsonSchemas[s.schema.URI]
}

// kinds are the streams whose schemas are meant, or, when nothing is said of streams, a
// nameless one of each kind.
func (f schemaFlags) kinds(names []string) ([]stream, error) {
	if f.schema != "" {
		// Also for no stream at all.
		s, err := schemaOf(f.schema)
		return []stream{{schema: s}}, err
	}
	streams, err := f.streams(names)
	if err != nil || len(streams) > 0 {
		return streams, err
	}
	for _, s := range avro.Schemas() {
		streams = append(streams, stream{schema: s})
		if s.URI == event.ScoreSchema {
			streams = append(streams, stream{schema: s, combined: true})
		}
	}
	return streams, nil
}

// streams are those named, or all of the configuration, or none when there is none.
// A name of which nobody says what it has is an error: a table with another schema
// would be read as nulls.
func (f schemaFlags) streams(names []string) ([]stream, error) {
	uri := defaultStream
	if f.schema != "" {
		uri = func(string) string { return f.schema }
	}
	combined := ""
	if f.config != "" {
		cfg, err := readConfig(f.config, os.LookupEnv)
		if err != nil {
			return nil, err
		}
		uri, combined = cfg.streamSchema, cfg.Produce.Combined
		if len(names) == 0 {
			names = cfg.streamNames()
		}
	}
	var list []stream
	var errs []error
	for _, name := range names {
		u := uri(name)
		if u == "" {
			errs = append(errs, fmt.Errorf("stream %q: what events it has is not known; say it with --config FILE that has it, or --schema URI", name))
			continue
		}
		s, err := schemaOf(u)
		if err != nil {
			return nil, err
		}
		list = append(list, stream{name, s, name == combined})
	}
	return list, errors.Join(errs...)
}

func schemaOf(uri string) (*avro.Schema, error) {
	s, err := avro.SchemaOf(uri)
	if err != nil {
		known := make([]string, 0, 3)
		for _, s := range avro.Schemas() {
			known = append(known, s.URI)
		}
		return nil, fmt.Errorf("%w; there are %s", err, strings.Join(known, ", "))
	}
	return s, nil
}

// defaultStream says by the names that streams have by default what is on them.
func defaultStream(name string) string {
	prefix := score.RouteConfig{}.StreamName()
	before, after, _ := strings.Cut(score.RouteConfig{Model: "\x00", Output: score.OutputPrediction}.StreamName(), "\x00")
	switch {
	case strings.HasPrefix(name, before) && strings.HasSuffix(name, after) && len(name) > len(before)+len(after):
		return event.PredictionSchema
	case name == produce.DefaultConfig().ErrorStream:
		return event.ErrorSchema
	case strings.HasPrefix(name, prefix) && name != prefix:
		return event.ScoreSchema
	default:
		return ""
	}
}

// streamNames lists the output streams, each once.
func (c Config) streamNames() []string {
	var names []string
	for _, r := range c.Routes {
		if name := r.StreamName(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, s := range c.ownStreams() {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// streamSchema says what is on an output stream; empty: it is none.
func (c Config) streamSchema(name string) string {
	for _, s := range c.ownStreams() {
		if s.Name == name {
			return s.Schema
		}
	}
	for _, r := range c.Routes {
		if r.StreamName() == name {
			return r.Output.Schema()
		}
	}
	return ""
}

// tableStream is the rule that avro.Files has for names of folders: a stream of
// another name is never written there.
var tableStream = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

// writeTables refuses what would end in the wrong table without a word from Hive:
// CREATE TABLE IF NOT EXISTS passes over a second stream with the table's name, and
// a shell ends a statement at a semicolon even within a string.
func writeTables(out io.Writer, streams []stream, location string) error {
	var errs []error
	if location == "" || strings.ContainsFunc(location, func(r rune) bool { return r < ' ' || r == 0x7f || r == ';' }) {
		errs = append(errs, fmt.Errorf("--location is %q, must not be empty nor have semicolons or control characters", location))
	}
	tables := map[string]string{} // lower case, as Hive compares names
	for _, s := range streams {
		if !tableStream.MatchString(s.name) {
			errs = append(errs, fmt.Errorf("stream %q can have no folder: its name must be letters, digits, dots, hyphens and underscores, and begin with a letter or digit", s.name))
			continue
		}
		table := strings.ToLower(avro.Table(s.name))
		if other, ok := tables[table]; ok && other != s.name {
			errs = append(errs, fmt.Errorf("streams %s and %s would share the table %s", other, s.name, table))
		}
		tables[table] = s.name
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, s := range streams {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if _, err := io.WriteString(out, avro.Hive(s.schema, s.name, location)); err != nil {
			return err
		}
	}
	return nil
}
