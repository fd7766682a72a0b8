"""A provider of protocol 6 written with the Python package `tf`: notes, kept as files in a directory."""

import json
import os
import sys

from tf import runner
from tf.function import Function, FunctionSignature, Parameter, Return
from tf.iface import DataSource, Provider, Resource
from tf.schema import Attribute, Schema
from tf.types import Number, String


class Note(Resource):
    def __init__(self, provider):
        self.provider = provider

    @classmethod
    def get_name(cls):
        return "note"

    @classmethod
    def get_schema(cls):
        return Schema(
            version=1,
            attributes=[
                Attribute("id", String(), computed=True),
                Attribute("name", String(), required=True, requires_replace=True),
                Attribute("text", String(), optional=True),
                Attribute("length", Number(), computed=True),
            ],
        )

    def path(self, name):
        return os.path.join(self.provider.directory, name + ".json")

    def write(self, planned):
        text = planned["text"] or ""
        state = {"id": "note-" + planned["name"], "name": planned["name"], "text": planned["text"], "length": len(text)}
        with open(self.path(planned["name"]), "w") as file:
            json.dump(state, file)
        return state

    def plan(self, ctx, current, planned):
        if current is not None and "text" in ctx.changed_fields:
            planned["length"] = len(planned["text"] or "") if isinstance(planned["text"], (str, type(None))) else planned["length"]
        return planned

    def create(self, ctx, planned):
        if planned["text"] == "too much":
            ctx.diagnostics.add_error("Note is full", "It cannot hold that much.", path=["text"])
            return None
        return self.write(planned)

    def read(self, ctx, current):
        try:
            with open(self.path(current["name"])) as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def update(self, ctx, current, planned):
        return self.write(planned)

    def delete(self, ctx, current):
        os.remove(self.path(current["name"]))

    def import_(self, ctx, id):
        return self.read(ctx, {"name": id})

    def upgrade(self, ctx, version, old):
        return old


class Count(DataSource):
    def __init__(self, provider):
        self.provider = provider

    @classmethod
    def get_name(cls):
        return "count"

    @classmethod
    def get_schema(cls):
        return Schema(attributes=[Attribute("notes", Number(), computed=True)])

    def read(self, ctx, config):
        return {"notes": len([name for name in os.listdir(self.provider.directory) if name.endswith(".json")])}


class Shout(Function):
    def __init__(self, provider):
        pass

    @classmethod
    def get_name(cls):
        return "shout"

    @classmethod
    def get_signature(cls):
        return FunctionSignature(parameters=[Parameter(name="text", type=String())], return_type=Return(type=String()))

    def call(self, ctx, arguments):
        return arguments[0].upper()


class Notes(Provider):
    def __init__(self):
        self.directory = None

    def get_model_prefix(self):
        return "notes_"

    def full_name(self):
        return "registry.terraform.io/test/notes"

    def get_provider_schema(self, diags):
        return Schema(attributes=[Attribute("directory", String(), required=True)])

    def validate_config(self, diags, config):
        pass

    def configure_provider(self, diags, config):
        self.directory = config["directory"]
        os.makedirs(self.directory, exist_ok=True)

    def get_data_sources(self):
        return [Count]

    def get_resources(self):
        return [Note]

    def get_functions(self):
        return [Shout]


runner.run_provider(Notes(), sys.argv)
