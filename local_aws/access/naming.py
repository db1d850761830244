"""Which members of a request name the resource that its action is about.

A resource's ARN in the service authorization reference has variables (`table/${TableName}`). Most are members of
the request by that very name; `MEMBERS` says it where they aren't: for each type of resource the sets of members
that name one, each set in the order of the variables. A member may be a list, and any member that holds an ARN of
the right form names it, too.
"""

from __future__ import annotations

MEMBERS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "dynamodb": {
        "backup": (("BackupArn",),),
        "table": (("TableName",), ("SourceTableName",), ("TargetTableName",), ("Tables",)),
        "export": (("ExportArn",),),
        "import": (("ImportArn",),),
        "stream": (("StreamArn",),),
    },
    "iam": {
        "role": (("Role",),),
        "user": (("User",),),
        "group": (("Group",),),
        "policy": (("Policy",),),
        "instance-profile": (("InstanceProfile",),),
        "server-certificate": (("ServerCertificate",),),
        "mfa": (("Device",),),
        "sms-mfa": (),
        "saml-provider": (("Name",),),
        "oidc-provider": (("Provider",),),
        "delegation-request": (("DelegationRequestId",),),
    },
    "kms": {"key": (("Key",),), "alias": (("Alias",),)},
    "lambda": {"function alias": (), "function version": (), "layerVersion": (("LayerName", "VersionNumber"),)},
    "logs": {
        "log-group": (("Group",),),
        "log-stream": (("Group", "Stream"),),
        "delivery": (("id",),),
        "delivery-destination": (("name",), ("deliveryDestinationName",)),
        "delivery-source": (("name",), ("deliverySourceName",)),
        "destination": (("destinationName",),),
        "lookup-table": (("lookupTableName",),),
        "scheduled-query": (("identifier",), ("name",)),
        "anomaly-detector": (("detectorName",),),
    },
    "s3": {"accesspoint": (), "accesspointobject": (), "bucket": (("Bucket",),), "object": (("Bucket", "Key"),)},
    "sagemaker": {
        "automl-job": (("AutoMLJobName",),),
        "cluster": (("ClusterName",),),
        "data-quality-job-definition": (("JobDefinitionName",),),
        "device": (("DeviceFleetName", "DeviceName"), ("DeviceFleetName", "DeviceNames")),
        "inference-experiment": (("Name",),),
        "inference-recommendations-job": (("JobName",),),
        "mlflow-app": (("Name",),),
        "mlflow-tracking-server": (("TrackingServerName",),),
        "model-bias-job-definition": (("JobDefinitionName",),),
        "model-explainability-job-definition": (("JobDefinitionName",),),
        "model-quality-job-definition": (("JobDefinitionName",),),
        "partner-app": (("Name",),),
        "compute-quota": (("Name",), ("ComputeQuotaId",)),
        "cluster-scheduler-config": (("Name",), ("ClusterSchedulerConfigId",)),
        "monitoring-schedule-alert": (("MonitoringScheduleName", "MonitoringAlertName"),),
        "artifact": (("ArtifactName",),),
        "domain": (("DomainId",), ("DomainName",)),
    },
    "secretsmanager": {"Secret": (("Secret",),)},
    "sns": {"topic": (("Name",), ("TopicArn",), ("TargetArn",), ("ResourceArn",))},
    "sqs": {"queue": (("QueueName",),)},
    "ssm": {
        "parameter": (("Parameter",),),
        "document": (("DocumentName",), ("Name",), ("CalendarNames",)),
        "instance": (("Instance",),),
        "managed-instance": (("ManagedInstance",),),
        "association": (("AssociationId",), ("AssociationIds",), ("AssociationName",)),
        "automation-execution": (("AutomationExecutionId",),),
        "automation-definition": (),
        "maintenancewindow": (("WindowId",),),
        "opsitem": (("OpsItemId",),),
        "opsmetadata": (("OpsMetadataArn",),),
        "patchbaseline": (("BaselineId",),),
        "servicesetting": (("SettingId",),),
        "windowtarget": (("WindowTargetId",),),
        "windowtask": (("WindowTaskId",),),
        "bucket": (("OutputS3BucketName",),),
        "iam-role": (),
        "task": (),
    },
    "states": {
        "statemachine": (("name",),),
        "activity": (("name",),),
        "execution": (),
        "express": (),
        "maprun": (),
    },
    "sts": {
        "role": (),
        "user": (),
        "federated-user": (("Name",),),
        "root-user": (),
    },
}

NARROWEST: dict[str, tuple[tuple[str, ...], ...]] = {
    "dynamodb": (("index", "table"), ("stream", "table")),
    "logs": (("log-stream", "log-group"),),
}
"""Types of which a request means one: the first that it names."""
