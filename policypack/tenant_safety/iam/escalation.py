"""How a principal comes to act as another one, or as more than it is, other than by assuming a role.

What is listed is what AWS's actions do, by service; no such list is complete, so a role of a service that is not listed
here is not taken for safe (`world.py`).  Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html, the Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/), and the collections of
https://github.com/prowler-cloud/prowler and https://pathfinding.cloud, with which this one was compared.
"""

LAUNCHES: dict[str, tuple[str, ...]] = {
    "appstream.amazonaws.com": (
        "appstream:CreateFleet",
        "appstream:CreateImageBuilder",
        "appstream:UpdateFleet",
    ),
    "airflow.amazonaws.com": ("airflow:CreateEnvironment", "airflow:UpdateEnvironment"),
    "airflow-env.amazonaws.com": ("airflow:CreateEnvironment", "airflow:UpdateEnvironment"),
    "amplify.amazonaws.com": ("amplify:CreateApp", "amplify:UpdateApp"),
    "apigateway.amazonaws.com": ("apigateway:PUT", "apigateway:POST", "apigateway:PATCH"),
    "appsync.amazonaws.com": ("appsync:CreateDataSource", "appsync:UpdateDataSource"),
    "athena.amazonaws.com": ("athena:CreateWorkGroup", "athena:UpdateWorkGroup"),
    "batch.amazonaws.com": ("batch:CreateComputeEnvironment", "batch:UpdateComputeEnvironment"),
    "bedrock-agentcore.amazonaws.com": (
        "bedrock-agentcore:CreateAgentRuntime",
        "bedrock-agentcore:CreateBrowser",
        "bedrock-agentcore:CreateCodeInterpreter",
        "bedrock-agentcore:CreateGateway",
        "bedrock-agentcore:UpdateAgentRuntime",
    ),
    "bedrock.amazonaws.com": ("bedrock:CreateAgent", "bedrock:UpdateAgent"),
    "braket.amazonaws.com": ("braket:CreateJob",),
    "cloudformation.amazonaws.com": (
        "cloudformation:CreateStack",
        "cloudformation:UpdateStack",
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStackSet",
        "cloudformation:UpdateStackSet",
    ),
    "codebuild.amazonaws.com": ("codebuild:CreateProject", "codebuild:UpdateProject", "codebuild:StartBuild"),
    "codedeploy.amazonaws.com": ("codedeploy:CreateDeploymentGroup", "codedeploy:UpdateDeploymentGroup"),
    "codepipeline.amazonaws.com": ("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline"),
    "codestar.amazonaws.com": ("codestar:CreateProject",),
    "cognito-identity.amazonaws.com": ("cognito-identity:SetIdentityPoolRoles",),
    "credentials.iot.amazonaws.com": ("iot:CreateRoleAlias", "iot:UpdateRoleAlias"),
    "databrew.amazonaws.com": ("databrew:CreateRecipeJob", "databrew:CreateProfileJob"),
    "datapipeline.amazonaws.com": ("datapipeline:PutPipelineDefinition",),
    "ec2.amazonaws.com": (
        "ec2:RunInstances",
        "autoscaling:CreateAutoScalingGroup",
        "autoscaling:CreateLaunchConfiguration",
        "datapipeline:PutPipelineDefinition",
        "ec2:AssociateIamInstanceProfile",
        "ec2:CreateFleet",
        "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "ec2:RequestSpotFleet",
        "ec2:RequestSpotInstances",
        "eks:CreateNodegroup",
        "elasticbeanstalk:CreateEnvironment",
        "elasticbeanstalk:UpdateEnvironment",
        "elasticmapreduce:RunJobFlow",
        "imagebuilder:CreateInfrastructureConfiguration",
    ),
    "ecs-tasks.amazonaws.com": (
        "ecs:RunTask",
        "ecs:StartTask",
        "ecs:RegisterTaskDefinition",
        "batch:RegisterJobDefinition",
        "ecs:CreateExpressGatewayService",
        "ecs:UpdateExpressGatewayService",
    ),
    "eks-fargate-pods.amazonaws.com": ("eks:CreateFargateProfile",),
    "elasticbeanstalk.amazonaws.com": ("elasticbeanstalk:CreateEnvironment", "elasticbeanstalk:UpdateEnvironment"),
    "elasticmapreduce.amazonaws.com": ("elasticmapreduce:RunJobFlow",),
    "emr-containers.amazonaws.com": ("emr-containers:StartJobRun", "emr-containers:CreateManagedEndpoint"),
    "emr-serverless.amazonaws.com": ("emr-serverless:StartJobRun",),
    "events.amazonaws.com": ("events:PutTargets",),
    "fis.amazonaws.com": ("fis:CreateExperimentTemplate", "fis:UpdateExperimentTemplate"),
    "gamelift.amazonaws.com": ("gamelift:CreateBuild", "gamelift:CreateFleet"),
    "glue.amazonaws.com": (
        "glue:CreateJob",
        "glue:CreateDevEndpoint",
        "glue:CreateSession",
        "glue:UpdateDevEndpoint",
        "glue:UpdateJob",
    ),
    "imagebuilder.amazonaws.com": ("imagebuilder:CreateInfrastructureConfiguration",),
    "kafkaconnect.amazonaws.com": ("kafkaconnect:CreateConnector",),
    "kinesisanalytics.amazonaws.com": ("kinesisanalytics:CreateApplication", "kinesisanalytics:UpdateApplication"),
    "lambda.amazonaws.com": ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration", "synthetics:CreateCanary"),
    "omics.amazonaws.com": ("omics:StartRun",),
    "pipes.amazonaws.com": ("pipes:CreatePipe", "pipes:UpdatePipe"),
    "pods.eks.amazonaws.com": ("eks:CreatePodIdentityAssociation", "eks:UpdatePodIdentityAssociation"),
    "rolesanywhere.amazonaws.com": ("rolesanywhere:CreateProfile", "rolesanywhere:UpdateProfile"),
    "sagemaker.amazonaws.com": (
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreateTrainingJob",
        "sagemaker:CreateAutoMLJob",
        "sagemaker:CreateDomain",
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:CreateModel",
        "sagemaker:CreatePipeline",
        "sagemaker:CreateProcessingJob",
        "sagemaker:CreateUserProfile",
        "sagemaker:UpdateDomain",
        "sagemaker:UpdateNotebookInstance",
        "sagemaker:UpdateUserProfile",
    ),
    "scheduler.amazonaws.com": ("scheduler:CreateSchedule", "scheduler:UpdateSchedule"),
    "servicecatalog.amazonaws.com": ("servicecatalog:CreateConstraint",),
    "ssm.amazonaws.com": (
        "ssm:StartAutomationExecution",
        "ssm:CreateAssociation",
        "ssm:CreateActivation",
        "ssm:RegisterTaskWithMaintenanceWindow",
        "ssm:UpdateManagedInstanceRole",
        "config:PutRemediationConfigurations",
    ),
    "states.amazonaws.com": ("states:CreateStateMachine", "states:UpdateStateMachine"),
    "tasks.apprunner.amazonaws.com": ("apprunner:CreateService", "apprunner:UpdateService"),
    "transfer.amazonaws.com": ("transfer:CreateUser", "transfer:UpdateUser", "transfer:CreateAccess"),
}
"""Service → its actions that take a passed role and run the caller's code or calls with it."""

_ON_AN_INSTANCE = (
    "ssm:SendCommand",
    "ssm:StartSession",
    "codedeploy:CreateDeployment",
    "ec2-instance-connect:SendSSHPublicKey",
    "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
    "ec2:ModifyInstanceAttribute",
    "ssm:CreateAssociation",
    "ssm:ResumeSession",
    "ssm:UpdateAssociation",
)

RUNS: dict[str, tuple[str, ...]] = {
    "appstream.amazonaws.com": ("appstream:CreateStreamingURL", "appstream:CreateImageBuilderStreamingURL"),
    "athena.amazonaws.com": ("athena:StartCalculationExecution",),
    "bedrock-agentcore.amazonaws.com": ("bedrock-agentcore:InvokeCodeInterpreter",),
    "cloudformation.amazonaws.com": (
        "cloudformation:UpdateStack",
        "cloudformation:CreateChangeSet",
        "cloudformation:UpdateStackSet",
    ),
    "codebuild.amazonaws.com": (
        "codebuild:StartBuild",
        "codebuild:StartBuildBatch",
        "codebuild:StartSandbox",
        "codebuild:UpdateProject",
    ),
    "datapipeline.amazonaws.com": ("datapipeline:PutPipelineDefinition",),
    "ec2.amazonaws.com": (
        *_ON_AN_INSTANCE,
        "ec2:CreateLaunchTemplateVersion",
        "elasticmapreduce:AddJobFlowSteps",
        "imagebuilder:CreateComponent",
    ),
    "ecs-tasks.amazonaws.com": ("ecs:ExecuteCommand", "batch:SubmitJob"),
    "elasticmapreduce.amazonaws.com": ("elasticmapreduce:AddJobFlowSteps",),
    "emr-serverless.amazonaws.com": ("emr-serverless:AccessLivyEndpoints",),
    "glue.amazonaws.com": ("glue:StartJobRun", "glue:RunStatement", "glue:UpdateDevEndpoint"),
    "kinesisanalytics.amazonaws.com": ("kinesisanalytics:UpdateApplication",),
    "lambda.amazonaws.com": (
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "synthetics:UpdateCanary",
    ),
    "pods.eks.amazonaws.com": ("eks:CreateAccessEntry", "eks:AssociateAccessPolicy"),
    "rolesanywhere.amazonaws.com": ("rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateTrustAnchor"),
    "sagemaker.amazonaws.com": (
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:UpdateNotebookInstanceLifecycleConfig",
        "sagemaker:StartSession",
    ),
    "ssm.amazonaws.com": ("ssm:SendCommand", "ssm:StartSession"),
    "states.amazonaws.com": ("states:UpdateStateMachine",),
    "tasks.apprunner.amazonaws.com": ("apprunner:UpdateService",),
}
"""Service → its actions that put code of the caller into what already runs with a role."""

STARTS: dict[str, tuple[str, ...]] = {
    "autoscaling:CreateLaunchConfiguration": (
        "autoscaling:CreateAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup",
    ),
    "batch:RegisterJobDefinition": ("batch:SubmitJob",),
    "bedrock-agentcore:CreateAgentRuntime": ("bedrock-agentcore:InvokeAgentRuntime",),
    "bedrock-agentcore:CreateCodeInterpreter": ("bedrock-agentcore:InvokeCodeInterpreter",),
    "cloudformation:CreateChangeSet": ("cloudformation:ExecuteChangeSet",),
    "cloudformation:CreateStackSet": ("cloudformation:CreateStackInstances",),
    "codebuild:CreateProject": ("codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:CreateWebhook"),
    "datapipeline:PutPipelineDefinition": ("datapipeline:ActivatePipeline",),
    "ec2:AssociateIamInstanceProfile": _ON_AN_INSTANCE,
    "ec2:CreateLaunchTemplate": ("ec2:RunInstances", "ec2:CreateFleet", "autoscaling:CreateAutoScalingGroup"),
    "ec2:CreateLaunchTemplateVersion": (
        "ec2:ModifyLaunchTemplate",
        "ec2:RunInstances",
        "autoscaling:UpdateAutoScalingGroup",
    ),
    "ec2:ModifyInstanceAttribute": ("ec2:StartInstances", "ec2:RebootInstances"),
    "ec2:ReplaceIamInstanceProfileAssociation": _ON_AN_INSTANCE,
    "ecs:RegisterTaskDefinition": ("ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService"),
    "glue:CreateJob": ("glue:StartJobRun", "glue:CreateTrigger"),
    "glue:CreateSession": ("glue:RunStatement",),
    "glue:UpdateJob": ("glue:StartJobRun", "glue:CreateTrigger"),
    "imagebuilder:CreateComponent": ("imagebuilder:StartImagePipelineExecution", "imagebuilder:CreateImage"),
    "imagebuilder:CreateInfrastructureConfiguration": (
        "imagebuilder:StartImagePipelineExecution",
        "imagebuilder:CreateImage",
    ),
    "kinesisanalytics:CreateApplication": ("kinesisanalytics:StartApplication",),
    "lambda:CreateFunction": (
        "lambda:InvokeFunction",
        "lambda:AddPermission",
        "lambda:CreateEventSourceMapping",
        "lambda:CreateFunctionUrlConfig",
        "lambda:InvokeAsync",
    ),
    "rolesanywhere:CreateProfile": ("rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateTrustAnchor"),
    "sagemaker:CreateDomain": ("sagemaker:CreatePresignedDomainUrl",),
    "sagemaker:CreateModel": ("sagemaker:CreateEndpoint", "sagemaker:CreateTransformJob"),
    "sagemaker:CreatePipeline": ("sagemaker:StartPipelineExecution",),
    "sagemaker:CreateUserProfile": ("sagemaker:CreatePresignedDomainUrl",),
    "sagemaker:UpdateNotebookInstanceLifecycleConfig": ("sagemaker:StartNotebookInstance",),
    "states:CreateStateMachine": ("states:StartExecution", "states:StartSyncExecution"),
}
"""Action that prepares code → actions of which one starts it.  Where none is allowed, something else may start it."""

_INSTANCES = ("arn:*:ec2:*:*:instance/*",)

ON: dict[str, tuple[str, ...]] = {
    "apprunner:UpdateService": ("arn:*:apprunner:*:*:service/*/*",),
    "appstream:CreateFleet": ("arn:*:appstream:*:*:fleet/*",),
    "batch:SubmitJob": ("arn:*:batch:*:*:job-definition/*",),
    "bedrock-agentcore:InvokeCodeInterpreter": ("arn:*:bedrock-agentcore:*:*:code-interpreter-custom/*",),
    "cloudformation:UpdateStackSet": ("arn:*:cloudformation:*:*:stackset/*:*",),
    "ec2:ModifyInstanceAttribute": _INSTANCES,
    "ec2:RequestSpotInstances": ("arn:*:ec2:*:*:spot-instances-request/*",),
    "ec2:RunInstances": _INSTANCES,
    "ecs:ExecuteCommand": ("arn:*:ecs:*:*:task/*",),
    "ssm:CreateAssociation": _INSTANCES,
    "ssm:SendCommand": (*_INSTANCES, "arn:*:ssm:*:*:managed-instance/*"),
    "ssm:UpdateAssociation": ("arn:*:ssm:*:*:association/*",),
    "ssm:StartSession": (*_INSTANCES, "arn:*:ssm:*:*:managed-instance/*"),
}
"""The resources that matter of an action that names several."""

BECOMES: dict[str, tuple[str, ...]] = {
    "role": ("iam:UpdateAssumeRolePolicy",),
    "user": ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
}
"""Kind of principal → actions on it that let the caller act as it."""

FORGES = ("iam:UpdateSAMLProvider",)
"""Actions on an identity provider that let the caller sign for whomever it admits."""

PUTS: dict[str, str] = {"role": "iam:PutRolePolicy", "user": "iam:PutUserPolicy"}
"""Kind of principal → action on it that gives it any permission within its boundary."""

ATTACHES: dict[str, str] = {"role": "iam:AttachRolePolicy", "user": "iam:AttachUserPolicy"}
"""Kind of principal → action on it that gives it the permissions of a policy."""

REWRITES = "iam:CreatePolicyVersion"
"""Action on a customer-managed policy that gives any permission to whatever it is attached to."""

REVERTS = "iam:SetDefaultPolicyVersion"
"""Action on a customer-managed policy that gives the permissions of another version."""

JOINS = "iam:AddUserToGroup"
"""Action on a group that gives a user the group's permissions."""

GROUP_WRITES = ("iam:PutGroupPolicy", "iam:AttachGroupPolicy")
"""Actions on a group that give its users any permission."""

UNBOUNDS: dict[str, tuple[str, str]] = {
    "role": ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
    "user": ("iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
}
"""Kind of principal → actions on it that take its boundary away, or put another in its place."""

FREES: dict[str, tuple[str, str]] = {
    "role": ("iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
    "user": ("iam:DeleteUserPolicy", "iam:DetachUserPolicy"),
}
"""Kind of principal → actions on it that take away the policies that deny it something: inline ones, managed ones."""

CHANGES: tuple[str, ...] = (
    *(REWRITES, REVERTS, JOINS, *GROUP_WRITES, *PUTS.values(), *ATTACHES.values()),
    *(action for pair in (*UNBOUNDS.values(), *FREES.values()) for action in pair),
)
"""All actions that change what a principal may do."""

MAKES: dict[str, tuple[str, ...]] = {
    "role": ("iam:CreateRole",),
    "user": ("iam:CreateUser", "iam:CreateAccessKey"),
}
"""Kind of principal → actions on a new one that let the caller act as it."""

OPENS: dict[str, str] = {
    "dynamodb": "dynamodb:PutResourcePolicy",
    "ecr": "ecr:SetRepositoryPolicy",
    "kinesis": "kinesis:PutResourcePolicy",
    "kms": "kms:PutKeyPolicy",
    "lambda": "lambda:AddPermission",
    "s3": "s3:PutBucketPolicy",
    "secretsmanager": "secretsmanager:PutResourcePolicy",
    "sns": "sns:SetTopicAttributes",
    "sqs": "sqs:SetQueueAttributes",
}
"""Service → its action that writes the policy of a resource, by which it can be opened to anybody."""
