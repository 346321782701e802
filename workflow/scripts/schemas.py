"""Write the JSON schemas of config/, which editors use to check the YAML files there."""

from pathlib import Path

from bssbench.experiment.configuration_file import ConfigurationFile
from bssbench.files import write_text
from bssbench.files.validation import json_schema
from bssbench.statistics.claims_file import ClaimsFile

CONFIGURATIONS = Path(__file__).parents[2] / "config"
SCHEMAS = {"schema.json": ConfigurationFile, "claims.schema.json": ClaimsFile}

if __name__ == "__main__":
    for name, model in SCHEMAS.items():
        write_text(CONFIGURATIONS / name, json_schema(model))
