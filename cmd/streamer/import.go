package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"revscore/internal/bundle"
	"revscore/internal/revscoring/translate"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
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
			"a bundle. Nothing in the file is executed: what is not known is refused by its name. With --examples the\n" +
			"bundle must give all recorded answers within 1e-9, or nothing is written; without, nothing shows that it\n" +
			"agrees with the original.\n\n" +
			"A model file has neither name nor wiki. They are --name and --wiki, else those of a folder WIKI.NAME, else\n" +
			"those of a file WIKI.NAME.*.model, each on its own.\n\n" +
			"With --features the file is a pickled classifier of scikit-learn, or a pipeline of a RobustScaler and one,\n" +
			"and the card says what it is called and what its columns are; tools/train makes bundles that way.",
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
	f.StringVar(&o.name, "name", "", "name of the model")
	f.StringVar(&o.wiki, "wiki", "", "wiki it answers for, * for any")
	f.StringVar(&o.trainedOn, "trained-on", "", "what the model learned from, for the card")
	f.StringVar(&o.known, "known", "", "word lists and tables that features ask and no model file holds (tools/reference/assets.py prints them)")
	f.StringVar(&o.licence, "licence", "", "under what terms the model may be used, for the card")
	return cmd
}

func newImportONNXCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import-onnx FILE --features CARD --out DIR", Short: "Make a bundle of an ONNX classifier", Args: cobra.ExactArgs(1),
		Example: "  streamer import-onnx reverted.onnx --features reverted.yaml --out models/enwiki.reverted",
		Long: "Import-onnx reads tree ensembles, linear models and scalers as skl2onnx and onnxmltools write them for\n" +
			"scikit-learn, XGBoost and LightGBM, and a card that says what the model is and what its columns are.\n" +
			"An operator that is not known is refused by name. With --examples the bundle must give all recorded\n" +
			"answers within 1e-6, for ONNX Runtime computes with float32, or nothing is written.",
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
	if strings.HasPrefix(o.out, registry.EmbeddedPrefix) || strings.ContainsAny(o.out, "*?[") {
		return fmt.Errorf("--out is %s, must be a folder: bundles in this program and patterns are not written to", o.out)
	}
	data, err := readModelFile(path)
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
		if errors.Is(err, fs.ErrExist) && !o.replace {
			return fmt.Errorf("%w; --replace puts the new bundle in its place", err)
		}
		return err
	}
	return o.report(cmd, opts.Examples)
}

// readModelFile does not trust the size of a file: it may be a pipe, or grow.
func readModelFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder: import takes a model file; streamer models show looks at a bundle", path)
	case info.Mode()&os.ModeDevice != 0:
		return nil, fmt.Errorf("%s is a device, no model file", path)
	}
	tooLarge := fmt.Errorf("%s: larger than %d bytes, no model file", path, maxModelFile)
	if info.Size() > maxModelFile {
		return nil, tooLarge
	}
	data, err := io.ReadAll(io.LimitReader(file, maxModelFile+1))
	if err == nil && len(data) > maxModelFile {
		err = tooLarge
	}
	return data, err // which names the file
}

// read reads the files that come with a model.
func (o *importOptions) read(file string) (bundle.Options, error) {
	out, err := filepath.Abs(o.out)
	if err != nil {
		return bundle.Options{}, err
	}
	opts := bundle.Options{
		File: file, Folder: filepath.Base(out), Name: o.name, Wiki: o.wiki, Version: o.version,
		TrainedOn: o.trainedOn, Licence: o.licence, Dictionaries: o.dictionaries,
	}
	if opts.Known, err = readKnown(o.known); err != nil {
		return opts, err
	}
	if opts.Examples, err = readRecorded(o.examples); err != nil {
		return opts, err
	}
	opts.Scores, err = readRecorded(o.scores)
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

// report says what was made, and what of it is shown by nothing yet.
func (o *importOptions) report(cmd *cobra.Command, recorded []bundle.Recorded) error {
	list, err := loadUnasked([]string{o.out})
	if err != nil {
		return err
	}
	out, m := cmd.OutOrStdout(), list[0]
	fmt.Fprintf(out, "%s: %s version %s, %s, %d features, labels %s, %s\n",
		o.out, m, m.Version(), m.Estimator(), len(m.Features()), labels(m.Model), size(m.Size()))
	if len(recorded) > 0 {
		largest, err := bundle.Largest(m.Model, recorded)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d recorded answers agree, largest difference %.2g; %d kept\n", len(recorded), largest, m.Examples())
	} else {
		fmt.Fprintf(out, "%d examples recorded (our own answers: they show later damage, not agreement with the original; for that give --examples)\n", m.Examples())
	}
	fmt.Fprintf(out, "checksum %s\n", m.Checksum())
	for _, d := range dictionariesOf(m.Model, o.dictionaries) {
		if d.warning != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), "warning:", d.warning)
		}
	}
	return nil
}
