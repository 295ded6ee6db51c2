package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The service over HTTP: what every client may rely on, whatever the module computes.

// callPath is a path that computes something.
const callPath = "/api/project"

func testConfig(t *testing.T, set map[string]string) config {
	t.Helper()
	config, err := configFromEnvironment(func(name string) (string, bool) {
		text, found := set[name]
		return text, found
	})
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func send(d *desk, method, path, body string) (int, string) {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	d.application().ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func wantFault(t *testing.T, status int, body string, wantStatus int, wantKind string) {
	t.Helper()
	var answer struct{ Fault faultBody }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if status != wantStatus || answer.Fault.Kind != wantKind {
		t.Errorf("got %d %s, want %d %s", status, body, wantStatus, wantKind)
	}
}

func TestSaysThatItIsHealthy(t *testing.T) {
	status, body := send(newDesk(testConfig(t, nil)), "GET", "/health", "")
	var health struct{ Service, Status, Timestamp string }
	if err := json.Unmarshal([]byte(body), &health); err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK || health.Service != serviceName || health.Status != "healthy" || !strings.HasSuffix(health.Timestamp, "Z") {
		t.Errorf("got %d %s", status, body)
	}
}

func TestIsAliveAndReadyUntilToldToStop(t *testing.T) {
	d := newDesk(testConfig(t, nil))
	for _, path := range []string{"/livez", "/readyz", "/ready"} {
		if status, body := send(d, "GET", path, ""); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	d.counters.stopping.Store(true)
	if status, body := send(d, "GET", "/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("stopping: %d %s", status, body)
	}
}

func TestKnowsNoOtherPathsAndMethods(t *testing.T) {
	d := newDesk(testConfig(t, nil))
	status, body := send(d, "POST", "/api/no_such_function", "{}")
	wantFault(t, status, body, http.StatusNotFound, "not_found")
	status, body = send(d, "DELETE", "/health", "")
	wantFault(t, status, body, http.StatusMethodNotAllowed, "method_not_allowed")
}

func TestCountsWhatItAnswers(t *testing.T) {
	d := newDesk(testConfig(t, nil))
	send(d, "GET", "/livez", "")
	_, text := send(d, "GET", "/metrics", "")
	for _, line := range []string{"# HELP http_requests_total ", "# HELP http_request_duration_seconds ", `route="/livez"`} {
		if !strings.Contains(text, line) {
			t.Errorf("%s is missing in\n%s", line, text)
		}
	}
	_, stats := send(d, "GET", "/api/stats", "")
	if !strings.Contains(stats, serviceName) {
		t.Errorf("got %s", stats)
	}
}

func TestNamesTheSettingThatCannotBeRead(t *testing.T) {
	_, err := configFromEnvironment(func(name string) (string, bool) { return "http", name == "PORT" })
	if err == nil || !strings.HasPrefix(err.Error(), "PORT=http: ") {
		t.Errorf("got %v", err)
	}
}

func TestTakesPathParametersInTheHandlersOrder(t *testing.T) {
	route := ownRoute{pattern: "/a/{x}/b/{y}", parameters: []string{"y", "x"}}
	if found := pathParameters(route, "/a/1%202/b/3"); len(found) != 2 || found[0] != "3" || found[1] != "1 2" {
		t.Errorf("got %q", found)
	}
}

func TestRefusesWhatIsNotJSON(t *testing.T) {
	d := newDesk(testConfig(t, nil))
	status, body := send(d, "POST", callPath, "{")
	wantFault(t, status, body, http.StatusBadRequest, "malformed")
	status, body = send(d, "POST", callPath+":batch", "{}")
	wantFault(t, status, body, http.StatusBadRequest, "malformed")
}

func TestAnswersAnEmptyBatch(t *testing.T) {
	if status, body := send(newDesk(testConfig(t, nil)), "POST", callPath+":batch", "[]"); status != http.StatusOK || body != "[]" {
		t.Errorf("got %d %s", status, body)
	}
}

func TestRefusesABodyOverTheLimit(t *testing.T) {
	large := `"` + strings.Repeat("x", 1<<20) + `"`
	status, body := send(newDesk(testConfig(t, nil)), "POST", callPath, large)
	wantFault(t, status, body, http.StatusRequestEntityTooLarge, "too_large")
}

func TestDeclinesWhatIsNestedTooDeep(t *testing.T) {
	status, body := send(newDesk(testConfig(t, nil)), "POST", callPath, strings.Repeat("[", 100_000))
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `"guard"`) {
		t.Errorf("got %d %s", status, body)
	}
}

func TestTurnsAwayWhatItHasNoPlaceFor(t *testing.T) {
	status, body := send(newDesk(testConfig(t, map[string]string{"MAX_IN_FLIGHT": "0"})), "POST", callPath, "{}")
	wantFault(t, status, body, http.StatusTooManyRequests, "overload")
}

func TestCountsWhatItComputes(t *testing.T) {
	d := newDesk(testConfig(t, nil))
	send(d, "POST", callPath, "{}")
	_, text := send(d, "GET", "/metrics", "")
	for _, line := range []string{"# HELP logic_calls_total ", "# HELP logic_call_duration_seconds ", `route="` + callPath + `"`} {
		if !strings.Contains(text, line) {
			t.Errorf("%s is missing in\n%s", line, text)
		}
	}
}
