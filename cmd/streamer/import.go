package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"revscore/internal/bundle"
	"revscore/internal/revscoring/translate"
	"revscore/internal/score/model"
)

// importOptions are the flags of import and import-onnx.
type importOptions struct {
	out, name, wiki, version string
	trainedOn, licence       string
	card, examples, scores   string
	known                    string
	replace                  bool
	dictionaries             []string
}

func newImportCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import FILE --out DIR", Short: "Make a bundle of a revscoring model file", Args: cobra.ExactArgs(1),
		Example: "  streamer import enwiki.damaging.gradient_boosting.model --out models/enwiki.damaging",
		Long: "Import reads a model file as revscoring writes it, a Python pickle, packed with bzip2 or not, and writes\n" +
			"a bundle. Nothing in the file is executed: what is not known is refused by its name. The bundle is\n" +
			"scored before it is written, on the recorded answers of --examples if there are some.\n\n" +
			"With --features the file is a pickled classifier of scikit-learn, or a pipeline of a RobustScaler and one,\n" +
			"and the card says what it is and what its columns are; tools/train makes bundles that way.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return importFile(cmd, args[0], o, func(data []byte, opts bundle.Options) (*model.Draft, error) {
				if o.card != "" {
					return bundle.Estimator(data, o.card, opts)
				}
				return bundle.Revscoring(data, opts)
			})
		},
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.card, "features", "", "card of what a pickled estimator is and its features")
	f.StringVar(&o.name, "name", "", "name of the model (default: of --out, as WIKI.NAME)")
	f.StringVar(&o.wiki, "wiki", "", "wiki it answers for, * for any (default: of --out)")
	f.StringVar(&o.trainedOn, "trained-on", "", "what the model learned from, for the card")
	f.StringVar(&o.known, "known", "", "word lists and tables that features ask and no model file holds (tools/reference/assets.py prints them)")
	f.StringVar(&o.licence, "licence", "", "under what terms the model may be used, for the card")
	return cmd
}

func newImportONNXCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import-onnx FILE --features CARD --out DIR", Short: "Make a bundle of an ONNX classifier", Args: cobra.ExactArgs(1),
		Long: "Import-onnx reads tree ensembles, linear models and scalers as skl2onnx and onnxmltools write them for\n" +
			"scikit-learn, XGBoost and LightGBM, and a card that says what the model is and what its columns are.\n" +
			"An operator that is not known is refused by name.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return importFile(cmd, args[0], o, func(data []byte, opts bundle.Options) (*model.Draft, error) {
				return bundle.ONNX(data, o.card, opts)
			})
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.card, "features", "", "card of what the model is and its features, one for each column")
	cobra.CheckErr(cmd.MarkFlagRequired("features"))
	return cmd
}

// flags are those that both imports have.
func (o *importOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "folder of the bundle")
	f.StringVar(&o.version, "version", "", "version, where it is not to be the file's")
	f.StringVar(&o.examples, "examples", "", `recorded answers that the bundle must give: JSON lines {"features": [...], "score": {...}}, zipped or not`)
	f.StringVar(&o.scores, "scores", "", `scores of labelled revisions, for the statistics: JSON lines {"score": {...}, "label": ...}`)
	f.BoolVar(&o.replace, "replace", false, "replace the bundle that is there")
	dictionaryFlag(cmd, &o.dictionaries)
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
}

// maxModelFile bounds a file to import.
const maxModelFile = 1 << 30

func importFile(cmd *cobra.Command, path string, o importOptions, draft func([]byte, bundle.Options) (*model.Draft, error)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() || info.Size() > maxModelFile {
		return fmt.Errorf("%s: a folder, or larger than %d bytes: no model file", path, maxModelFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	opts, err := o.read(filepath.Base(path))
	if err != nil {
		return err
	}
	d, err := draft(data, opts)
	if err != nil {
		return fmt.Errorf("import %s: %w", path, err)
	}
	write := model.Write
	if o.replace {
		write = model.Replace
	}
	if err := write(o.out, d); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%w; --replace puts the new bundle in its place", err)
		}
		return err
	}
	return o.report(cmd)
}

// read reads the files that come with a model, and finds its name in that of the
// folder.
func (o *importOptions) read(file string) (bundle.Options, error) {
	opts := bundle.Options{
		File: file, Name: o.name, Wiki: o.wiki, Version: o.version,
		TrainedOn: o.trainedOn, Licence: o.licence, Dictionaries: o.dictionaries,
	}
	wiki, name, found := strings.Cut(filepath.Base(filepath.Clean(o.out)), ".")
	if found && wiki != "" && name != "" && o.card == "" {
		opts.Wiki, opts.Name = orElse(o.wiki, wiki), orElse(o.name, name)
	}
	var err error
	if opts.Known, err = readKnown(o.known); err != nil {
		return opts, err
	}
	if opts.Examples, err = readRecorded(o.examples); err == nil {
		opts.Scores, err = readRecorded(o.scores)
	}
	return opts, err
}

func readKnown(path string) (translate.Assets, error) {
	if path == "" {
		return translate.Assets{}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return translate.Assets{}, err
	}
	defer file.Close()
	known, err := translate.ReadAssets(file)
	if err != nil {
		return known, fmt.Errorf("%s: %w", path, err)
	}
	return known, nil
}

func readRecorded(path string) ([]bundle.Recorded, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	list, err := bundle.ReadRecorded(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// report says what was made, as the service sees it. A dictionary that is not
// installed is no fault of the import, but the service will not start without.
func (o *importOptions) report(cmd *cobra.Command) error {
	list, err := loadEach([]string{o.out}, o.dictionaries)
	if err != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s is written and does not load here: %v\n", o.out, err)
		return nil
	}
	m := list[0]
	v, err := m.VerifyWithin(examplesWithin)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s version %s, %s, %d features, labels %s, %s\n",
		o.out, m, m.Version(), m.Estimator(), len(m.Features()), labels(m), size(m.Size()))
	of := "recorded by the import itself"
	if o.examples != "" {
		of = "of the original"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d examples %s scored again, largest difference %.2g; checksum %s\n", v.Examples, of, v.Largest, m.Checksum())
	return nil
}

// examplesWithin is how far an import's answers may be from the recorded ones.
const examplesWithin = 1e-9
