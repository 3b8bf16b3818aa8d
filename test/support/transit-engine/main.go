// Serves the transit secrets engine over HTTP on a loopback port, for tests: the engine's own code, with no server
// around it. Build it with Go 1.21 or later and name the program in WEIR_TRANSIT_ENGINE:
//
//	go mod init transit && go mod edit -replace github.com/hashicorp/vault/sdk=github.com/hashicorp/vault/sdk@v0.8.1
//	go get github.com/hashicorp/vault@v1.13.12 && go build -mod=mod -o transit .
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/sdk/logical"
)

func main() {
	ctx := context.Background()
	storage := &logical.InmemStorage{}
	backend, err := transit.Factory(ctx, &logical.BackendConfig{StorageView: storage, System: &logical.StaticSystemView{}})
	if err != nil {
		panic(err)
	}
	token := os.Args[1]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().String())
	http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := func(status int, value any) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			if value != nil {
				json.NewEncoder(w).Encode(value)
			}
		}
		if r.Header.Get("X-Vault-Token") != token {
			answer(403, map[string]any{"errors": []string{"permission denied"}})
			return
		}
		path, ok := strings.CutPrefix(r.URL.Path, "/v1/transit/")
		if !ok {
			answer(404, map[string]any{"errors": []string{"no handler for route"}})
			return
		}
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		data := map[string]any{}
		if len(body) > 0 && json.Unmarshal(body, &data) != nil {
			answer(400, map[string]any{"errors": []string{"failed to parse JSON input"}})
			return
		}
		var operation logical.Operation = logical.UpdateOperation
		switch r.Method {
		case "GET":
			operation = logical.ReadOperation
		case "DELETE":
			operation = logical.DeleteOperation
		}
		request := &logical.Request{Operation: operation, Path: path, Data: data, Storage: storage}
		if operation == logical.UpdateOperation {
			if _, exists, err := backend.HandleExistenceCheck(ctx, request); err == nil && !exists {
				request.Operation = logical.CreateOperation
				if strings.HasPrefix(path, "keys/") || !strings.HasPrefix(path, "encrypt/") {
					request.Operation = logical.UpdateOperation
				}
			}
		}
		response, err := backend.HandleRequest(ctx, request)
		switch {
		case response != nil && response.IsError():
			answer(400, map[string]any{"errors": []string{response.Error().Error()}})
		case err != nil:
			answer(400, map[string]any{"errors": []string{err.Error()}})
		case response == nil && operation == logical.ReadOperation:
			answer(404, map[string]any{"errors": []string{}})
		case response == nil:
			answer(204, nil)
		default:
			answer(200, map[string]any{"data": response.Data})
		}
	}))
}
