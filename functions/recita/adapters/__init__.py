"""One module per AWS service; the only boto3 in the cloud half."""
