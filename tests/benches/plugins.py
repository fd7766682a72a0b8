#!/usr/bin/env python3
"""Cost of external providers, measured against Terraform in the same run.

    python3 tests/benches/plugins.py --ordain target/release/ordain [--mirror DIR] [--runs 5] [--only NAME]

What is measured: `plan` of 4 and of 200 resources before and after their apply, and `validate`, with the AWS provider
(found in a mirror as `filesystem_mirror` lays it out) against `moto_server`; `init` and a repeated `init` of 20 modules
in git repositories and 5 providers in a mirror on disk. The two programs take turns; the median counts. Memory is the
most that the program itself had in memory at a time, its providers left out. The server's address comes from the
environment; `-endpoints` is the same with an `endpoints` block, which keeps this provider busy for 2.3 s at each check
of its configuration, whoever asks. Without a mirror only `init` is measured.
The last line names every ratio, ours to theirs.
"""

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

MODULES, PROVIDERS = 20, 5


def peak(pid):
    """Most kilobytes that a process had in memory so far."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), 0)
    except (OSError, ProcessLookupError):
        return 0


def run(program, words, directory, env, accepted=(0,)):
    """Seconds and kilobytes of one command."""
    start = time.perf_counter()
    process = subprocess.Popen([program, *words], cwd=directory, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    memory = 0
    os.set_blocking(process.stdout.fileno(), False)
    output = b""
    while process.poll() is None:
        memory = max(memory, peak(process.pid))
        output += process.stdout.read() or b""
        time.sleep(0.004)
    seconds = time.perf_counter() - start
    output += process.stdout.read() or b""
    if process.returncode not in accepted:
        sys.exit(f"{program} {' '.join(words)} ended with {process.returncode}:\n{output.decode(errors='replace')[-3000:]}")
    return seconds, memory


def environment(home, cli):
    env = {"PATH": os.environ["PATH"], "HOME": home, "TF_CLI_CONFIG_FILE": cli, "CHECKPOINT_DISABLE": "1", "TMPDIR": home,
           "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    os.makedirs(home, exist_ok=True)
    return env


def configuration(count, endpoints):
    kinds = [
        lambda n: f'resource "aws_vpc" "v{n}" {{\n  cidr_block = "10.{n % 200}.0.0/16"\n  tags = {{ Name = "v{n}" }}\n}}\n',
        lambda n: f'resource "aws_sqs_queue" "q{n}" {{\n  name = "queue-{n}"\n}}\n',
        lambda n: f'resource "aws_iam_role" "r{n}" {{\n  name = "role-{n}"\n  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "ec2.amazonaws.com" }} }}] }})\n}}\n',
        lambda n: f'resource "aws_security_group" "g{n}" {{\n  name = "group-{n}"\n  vpc_id = aws_vpc.v{n - 3}.id\n  ingress {{\n    from_port = 443\n    to_port = 443\n    protocol = "tcp"\n    cidr_blocks = ["10.0.0.0/8"]\n  }}\n}}\n',
    ]
    text = ('terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
            'provider "aws" {\n  region = "us-east-1"\n  skip_credentials_validation = true\n  skip_requesting_account_id = true\n'
            f'  skip_metadata_api_check = true\n  s3_use_path_style = true\n{endpoints}}}\n')
    return text + "".join(kinds[n % 4](n) for n in range(count))


def moto():
    """A server of its own, and its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(["moto_server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "/moto-api/", timeout=1).close()
            return server, url
        except OSError:
            time.sleep(0.1)
    sys.exit("moto_server does not start")


class Bench:
    def __init__(self, options, root):
        self.options, self.root, self.rows = options, root, []
        self.programs = {"ordain": os.path.abspath(options.ordain), "terraform": options.terraform}

    def measure(self, name, words, places, envs, before=None, accepted=(0,)):
        if self.options.only and self.options.only not in name:
            return
        results = {who: [] for who in self.programs}
        for _ in range(self.options.runs):
            for who, program in self.programs.items():
                if before:
                    before(places[who])
                results[who].append(run(program, words, places[who], envs[who], accepted))
        ours, theirs = ([statistics.median(row[at] for row in results[who]) for at in (0, 1)]
                        for who in ("ordain", "terraform"))
        row = (name, ours[0] / theirs[0], ours[1] / theirs[1])
        self.rows.append(row)
        print(f"{name}: {ours[0]:.2f} s to {theirs[0]:.2f} s ({row[1]:.2f}x), "
              f"{ours[1] / 1024:.0f} MiB to {theirs[1] / 1024:.0f} MiB ({row[2]:.2f}x)", flush=True)

    def aws(self):
        cli = os.path.join(self.root, "aws.tfrc")
        with open(cli, "w") as file:
            file.write(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{os.path.abspath(self.options.mirror)}"\n  }}\n}}\n')
        for count, endpoints in ((4, False), (200, False), (4, True)):
            called = f"{count}-endpoints" if endpoints else f"{count}"
            places, envs, servers = {}, {}, []
            for who, program in self.programs.items():
                server, url = moto()
                servers.append(server)
                places[who] = os.path.join(self.root, f"aws{called}-{who}")
                envs[who] = environment(os.path.join(self.root, f"home-{who}"), cli)
                block = ""
                if endpoints:
                    services = ["ec2", "iam", "s3", "sts", "sqs", "sns", "dynamodb"]
                    block = "  endpoints {\n" + "".join(f'    {name} = "{url}"\n' for name in services) + "  }\n"
                else:
                    envs[who]["AWS_ENDPOINT_URL"] = url
                os.makedirs(places[who])
                with open(os.path.join(places[who], "main.tf"), "w") as file:
                    file.write(configuration(count, block))
                run(program, ["init", "-input=false"], places[who], envs[who])
            try:
                self.measure(f"validate-{called}", ["validate"], places, envs)
                self.measure(f"plan-{called}", ["plan", "-input=false"], places, envs)
                if not self.options.only or "applied" in self.options.only:
                    for who, program in self.programs.items():
                        run(program, ["apply", "-auto-approve", "-input=false"], places[who], envs[who])
                    self.measure(f"plan-{called}-applied", ["plan", "-input=false"], places, envs)
            finally:
                for server in servers:
                    server.terminate()
                    server.wait()

    def init(self):
        mirror, cli = os.path.join(self.root, "mirror"), os.path.join(self.root, "init.tfrc")
        noise = random.Random(1)
        calls, required = "", ""
        for n in range(PROVIDERS):
            directory = os.path.join(mirror, "registry.terraform.io", "bench", f"p{n}")
            os.makedirs(directory)
            with zipfile.ZipFile(os.path.join(directory, f"terraform-provider-p{n}_1.0.0_linux_amd64.zip"), "w",
                                 zipfile.ZIP_DEFLATED) as archive:
                program = zipfile.ZipInfo(f"terraform-provider-p{n}_v1.0.0")
                program.external_attr = 0o755 << 16
                archive.writestr(program, noise.randbytes(20 << 20) + bytes(30 << 20), zipfile.ZIP_DEFLATED)
            required += f'    p{n} = {{ source = "bench/p{n}", version = "~> 1.0" }}\n'
        for n in range(MODULES):
            directory = os.path.join(self.root, f"module{n}")
            os.makedirs(directory)
            with open(os.path.join(directory, "main.tf"), "w") as file:
                file.write('variable "x" {\n  default = 1\n}\noutput "x" {\n  value = var.x\n}\n')
            git = ["git", "-c", "user.email=a@example.com", "-c", "user.name=a"]
            for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"], ["tag", "v1"]):
                subprocess.run([*git, *words], cwd=directory, check=True)
            calls += f'module "m{n}" {{\n  source = "git::file://{directory}?ref=v1"\n}}\n'
        with open(cli, "w") as file:
            file.write(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        places, envs = {}, {}
        for who in self.programs:
            places[who] = os.path.join(self.root, f"init-{who}")
            envs[who] = environment(os.path.join(self.root, f"home-{who}"), cli)
            os.makedirs(places[who])
            with open(os.path.join(places[who], "main.tf"), "w") as file:
                file.write(f"terraform {{\n  required_providers {{\n{required}  }}\n}}\n{calls}")

        def empty(place):
            for name in (".terraform", ".terraform.lock.hcl", ".ordain.lock.hcl"):
                path = os.path.join(place, name)
                shutil.rmtree(path, ignore_errors=True)
                if os.path.isfile(path):
                    os.remove(path)

        self.measure("init", ["init", "-input=false"], places, envs, before=empty)
        self.measure("init-again", ["init", "-input=false"], places, envs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ordain", default="target/release/ordain")
    parser.add_argument("--terraform", default="terraform")
    parser.add_argument("--mirror", help="directory with the AWS provider")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="measure only what has this in its name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ordain-bench-") as root:
        bench = Bench(options, root)
        if not options.only or "init" in options.only:
            bench.init()
        if options.mirror and not (options.only and "init" in options.only):
            bench.aws()
        elif not options.mirror:
            print("skipped: plan and validate need --mirror")
    print("PLUGINS: " + ", ".join(f"{name} {time_:.2f}x time {memory:.2f}x memory" for name, time_, memory in bench.rows))


main()
