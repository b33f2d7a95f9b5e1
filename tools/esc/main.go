// esc-eval is Pulumi ESC as the tests compare with it: it reads a set of environments a line, as JSON, and writes a
// line with what their root evaluates to.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/esc"
	"github.com/pulumi/esc/eval"
)

type question struct {
	Root         string            `json:"root"`
	Environments map[string]string `json:"environments"`
}

type answer struct {
	Value  *shown   `json:"value"`
	Errors []string `json:"errors"`
}

// shown is a value without its trace.
type shown struct {
	Value   any  `json:"v"`
	Secret  bool `json:"s,omitempty"`
	Unknown bool `json:"u,omitempty"`
}

// plain takes a ciphertext for the plaintext.
type plain struct{}

func (plain) Decrypt(_ context.Context, value []byte) ([]byte, error) { return value, nil }

// none has no providers.
type none struct{}

func (none) LoadProvider(_ context.Context, name string) (esc.Provider, error) {
	return nil, fmt.Errorf("no provider %q", name)
}

func (none) LoadRotator(_ context.Context, name string) (esc.Rotator, error) {
	return nil, fmt.Errorf("no rotator %q", name)
}

type texts map[string]string

func (t texts) LoadEnvironment(_ context.Context, name string) ([]byte, eval.Decrypter, error) {
	text, ok := t[name]
	if !ok {
		return nil, nil, fmt.Errorf("no environment %q", name)
	}
	return []byte(text), plain{}, nil
}

func show(v esc.Value) shown {
	content := v.Value
	switch parts := v.Value.(type) {
	case []esc.Value:
		list := make([]shown, len(parts))
		for i, part := range parts {
			list[i] = show(part)
		}
		content = list
	case map[string]esc.Value:
		object := make(map[string]shown, len(parts))
		for key, part := range parts {
			object[key] = show(part)
		}
		content = object
	}
	return shown{content, v.Secret, v.Unknown}
}

func evaluate(asked question) (said answer, err error) {
	// A panic of ESC's is an answer too: nothing may be compared with it.
	defer func() {
		if fault := recover(); fault != nil {
			said.Errors = append(said.Errors, fmt.Sprintf("panic: %v", fault))
		}
	}()
	env, diags, err := eval.LoadYAMLBytes(asked.Root, []byte(asked.Environments[asked.Root]))
	if err != nil {
		return said, err
	}
	// ESC goes on with what could be parsed.
	if env != nil {
		ctx, err := esc.NewExecContext(map[string]esc.Value{})
		if err != nil {
			return said, err
		}
		opened, more := eval.EvalEnvironment(
			context.Background(), asked.Root, env, plain{}, none{}, texts(asked.Environments), ctx)
		diags.Extend(more...)
		if opened != nil {
			value := show(esc.NewValue(opened.Properties))
			said.Value = &value
		}
	}
	said.Errors = []string{}
	for _, diag := range diags {
		if diag.Severity == 1 {
			said.Errors = append(said.Errors, diag.Error())
		}
	}
	return said, nil
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines, answers := json.NewDecoder(in), json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	for lines.More() {
		var asked question
		if err := lines.Decode(&asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		said, err := evaluate(asked)
		if err != nil {
			said.Errors = append(said.Errors, err.Error())
		}
		if err := answers.Encode(said); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
