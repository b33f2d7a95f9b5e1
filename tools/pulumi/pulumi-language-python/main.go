// Command pulumi-language-python runs Python programs and Python policy packs for a Pulumi engine that was built from
// source, where the official language host is not to be had. It answers what such an engine asks of a language host
// and leaves out what only code generation and `pulumi new` need.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	// executor is the SDK's script that runs a program; it lies beside this host or on PATH.
	executor = "pulumi-language-python-exec"
	// shown is the executor's exit code for an error that the user has already seen.
	shown = 32
	// grace is how long a stopped process may hold its output open.
	grace = 2 * time.Second
	// beat is how soon a host goes away whose engine was killed.
	beat = 5 * time.Second
)

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
}

func main() {
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: pulumi-language-python [flags] ENGINE_ADDRESS") }
	// Older engines pass these; neither changes what this host does.
	_ = flag.String("tracing", "", "ignored")
	_ = flag.String("root", "", "ignored")
	flag.Parse()
	if err := serve(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-python:", err)
		os.Exit(1)
	}
}

// serve answers until the engine goes away or a signal arrives. Its first line of output is its port.
func serve(engine string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	if engine != "" {
		if err := rpcutil.Healthcheck(ctx, engine, beat, stop); err != nil {
			return fmt.Errorf("watch the engine at %s: %w", engine, err)
		}
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel:  cancel,
		Options: rpcutil.OTelServerInterceptorOptions(),
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

func (*host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names nothing: the engine finds a provider when its first resource asks for it.
func (*host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (*host) GetRequiredPlugins(
	context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

// Run runs a Pulumi program to its end.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	script, err := findExecutor()
	if err != nil {
		return nil, err
	}
	config, secrets, err := configuration(req.Config, req.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	args := []string{
		"-u", script,
		"--monitor", req.MonitorAddress, "--engine", h.engine,
		"--project", req.Project, "--stack", req.Stack, "--organization", req.Organization,
		"--root_directory", req.Info.RootDirectory, "--pwd", req.Pwd,
		"--dry_run", strconv.FormatBool(req.DryRun), "--parallel", strconv.Itoa(int(req.Parallel)),
		"--", filepath.Join(req.Info.ProgramDirectory, req.Info.EntryPoint),
	}
	cmd, err := python(ctx, req.Info, os.Environ(), append(args, req.Args...)...)
	if err != nil {
		return nil, err
	}
	cmd.Dir = req.Pwd
	cmd.Env = append(cmd.Env, config, secrets)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr // The engine shows both as the program's output.

	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case ctx.Err() != nil:
		return nil, status.FromContextError(ctx.Err()).Err()
	case errors.As(err, &exit) && exit.ExitCode() == shown:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: "the Python program ended with " + exit.String()}, nil
	default:
		return nil, fmt.Errorf("start the Python program with %s: %w", cmd.Path, err)
	}
}

// RunPlugin runs a policy pack (kind analyzer) or another plugin that is a folder with a __main__.py.
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, plain pulumirpc.LanguageRuntime_RunPluginServer) error {
	ctx := plain.Context()
	server := &lockedStream{LanguageRuntime_RunPluginServer: plain}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()

	folder := req.Info.ProgramDirectory
	if _, err := os.Stat(filepath.Join(folder, "__main__.py")); err != nil {
		return status.Errorf(codes.FailedPrecondition, "%s plugin in %s: expected a __main__.py: %v", req.Kind, folder, err)
	}
	environment := append(os.Environ(), req.Env...)
	if req.Kind != string(apitype.AnalyzerPlugin) {
		cmd, err := python(ctx, req.Info, environment, append([]string{"-u", folder}, req.Args...)...)
		if err != nil {
			return err
		}
		cmd.Dir, cmd.Stdout, cmd.Stderr = req.Pwd, stdout, stderr
		return server.exit(cmd.Run())
	}

	// A pack reads project and stack from its environment, so it starts only after the engine has told them.
	proxy, packStdout, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return err
	}
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	if stack != nil {
		config, secrets, err := configuration(stack.Config, stack.ConfigSecretKeys)
		if err != nil {
			return err
		}
		environment = append(environment, config, secrets,
			"PULUMI_ORGANIZATION="+stack.Organization, "PULUMI_PROJECT="+stack.Project,
			"PULUMI_STACK="+stack.Stack, "PULUMI_DRY_RUN="+strconv.FormatBool(stack.DryRun))
	}
	cmd, err := python(ctx, req.Info, environment, append([]string{"-u", "-m", "pulumi.policy"}, append(req.Args, folder)...)...)
	if err != nil {
		return err
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, packStdout, stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the policy pack with %s: %w", cmd.Path, err)
	}
	return server.exit(proxy.Attach(ctx, cmd))
}

func (*host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	chain, err := tools(req.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	return chain.InstallDependencies(
		server.Context(), req.Info.ProgramDirectory, req.UseLanguageVersionTools, true, stdout, stderr)
}

func (*host) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	chain, err := tools(req.Info)
	if err != nil {
		return nil, err
	}
	// The engine asks in every run. What the SDK would tell besides, pip's version, takes half a second to find out.
	cmd, err := chain.Command(ctx, "-I", "-S", "-c", "import sys; print(sys.executable, *sys.version_info[:3], sep='\\n')")
	if err != nil {
		return nil, err
	}
	told, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s which Python it is: %w", cmd.Path, err)
	}
	executable, release, _ := strings.Cut(strings.TrimSpace(string(told)), "\n")
	return &pulumirpc.AboutResponse{Executable: executable, Version: strings.ReplaceAll(release, "\n", ".")}, nil
}

func (*host) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	chain, err := tools(req.Info)
	if err != nil {
		return nil, err
	}
	packages, err := chain.ListPackages(ctx, req.TransitiveDependencies)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, each := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: each.Name, Version: each.Version})
	}
	return response, nil
}

// tools reads runtime.options of Pulumi.yaml or PulumiPolicy.yaml.
func tools(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := toolchain.PythonOptions{Root: info.RootDirectory, ProgramDir: info.ProgramDirectory}
	given := info.Options.AsMap()
	if value, ok := given["virtualenv"]; ok {
		if options.Virtualenv, ok = value.(string); !ok {
			return nil, fmt.Errorf("runtime option virtualenv needs a folder's name (got %v)", value)
		}
	}
	switch value := given["toolchain"]; value {
	case nil: // By the lock file that is there.
	case "pip":
		options.Toolchain = toolchain.Pip
	case "poetry":
		options.Toolchain = toolchain.Poetry
	case "uv":
		options.Toolchain = toolchain.Uv
	default:
		return nil, fmt.Errorf("runtime option toolchain needs pip, poetry or uv (got %v)", value)
	}
	return toolchain.ResolveToolchain(options)
}

// python prepares the interpreter that the options name, with its virtual environment active over the given variables.
func python(ctx context.Context, info *pulumirpc.ProgramInfo, environ []string, args ...string) (*exec.Cmd, error) {
	chain, err := tools(info)
	if err != nil {
		return nil, err
	}
	if err := chain.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	cmd, err := chain.Command(ctx, args...)
	if err != nil {
		return nil, err
	}
	cmd.Env = environ
	if folder, err := chain.VirtualEnvPath(ctx); err == nil && folder != "" {
		cmd.Env = toolchain.ActivateVirtualEnv(wellFormed(environ), folder)
	}
	cmd.WaitDelay = grace
	return cmd, nil
}

// wellFormed drops what ActivateVirtualEnv would panic on.
func wellFormed(environ []string) []string {
	var kept []string
	for _, each := range environ {
		if strings.Contains(each, "=") {
			kept = append(kept, each)
		}
	}
	return kept
}

// configuration renders the stack's config as the Python SDK reads it. Nothing is {} and [], never null.
func configuration(config map[string]string, secretKeys []string) (values, secrets string, err error) {
	if config == nil {
		config = map[string]string{}
	}
	encoded, err := json.Marshal(config)
	if err != nil {
		return "", "", err
	}
	keys, err := json.Marshal(append([]string{}, secretKeys...))
	return "PULUMI_CONFIG=" + string(encoded), "PULUMI_CONFIG_SECRET_KEYS=" + string(keys), err
}

func findExecutor() (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), executor)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	onPath, err := exec.LookPath(executor)
	if err != nil {
		return "", fmt.Errorf("%s is neither beside this language host nor on PATH: %w", executor, err)
	}
	return onPath, nil
}

// lockedStream lets a plugin's stdout and stderr be sent at the same time; a gRPC stream alone does not.
type lockedStream struct {
	pulumirpc.LanguageRuntime_RunPluginServer
	mutex sync.Mutex
}

func (s *lockedStream) Send(response *pulumirpc.RunPluginResponse) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.LanguageRuntime_RunPluginServer.Send(response)
}

// exit tells the engine how the plugin's process ended.
func (s *lockedStream) exit(err error) error {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	code := int32(0)
	if exit != nil {
		code = int32(exit.ExitCode()) //nolint:gosec // an exit code fits
	}
	return s.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}
