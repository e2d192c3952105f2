"""The topics of a new MSK Serverless cluster: what CloudFormation has no resource for, as a custom resource.

Two functions, since one place can't reach both sides: `topics_resource` is called by CloudFormation (through the
CDK's provider framework) and reads AWS's APIs, `make_topics` runs inside the cluster's VPC, which has no way out,
and speaks Kafka.
"""
