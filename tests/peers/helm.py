"""Helm's own library against a cluster, for `tests/helm.rs`: reads one operation a line, answers with one document a line."""
import json
import sys
import time

from helm_python import Chart, Config


def rows(releases):
    return [{key: one.get(key) for key in ("name", "revision", "status", "chart_version")} for one in releases]


def render(chart, values, times):
    chart = Chart.load(chart)
    chart.render(values, name="bench", namespace="default")
    begun, cpu = time.monotonic(), time.process_time()
    for _ in range(times):
        shown = chart.render(values, name="bench", namespace="default")
    return {"seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu, "files": len(shown)}


def run(config, op):
    what, name = op["do"], op.get("name")
    if what == "list":
        return rows(config.list())
    if what == "history":
        return rows(config.history(name))
    if what == "values":
        return config.get_values(name)
    if what == "rollback":
        config.rollback(name, version=op["to"])
    elif what == "install":
        config.install(Chart.load(op["chart"]), name, op["values"])
    elif what == "upgrade":
        config.upgrade(Chart.load(op["chart"]), name, op["values"])
    elif what == "uninstall":
        config.uninstall(name)
    else:
        raise ValueError(what)
    return None


def main():
    config = Config(kubeconfig_path=sys.argv[1], namespace="default") if len(sys.argv) > 1 else None
    for line in sys.stdin:
        op = json.loads(line)
        try:
            answer = {"ok": render(op["chart"], op["values"], op["times"]) if op["do"] == "render" else run(config, op)}
        except Exception as error:  # whatever it is, the test shows it
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
