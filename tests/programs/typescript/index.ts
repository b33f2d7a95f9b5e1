// A role that may read what is made beside it: names and ARNs that nobody knows before the update.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const granted = new pulumi.Config().get("granted");

const settings = new aws.ssm.Parameter("settings", { type: "String", value: "{}" });
const role = new aws.iam.Role("cicd", {
    name: "cicd-app",
    permissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
    assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    }),
});
const data = new aws.s3.Bucket("data");

// ARNs that are taken apart and put together again.
const parameter = settings.arn.apply((arn) => {
    const parts = arn.split(":");
    return [...parts.slice(0, 5), parts.slice(5).join(":")].join(":");
});
const bucket = data.arn.apply((arn) => `arn:aws:s3:::${arn.substring("arn:aws:s3:::".length)}`);

new aws.iam.RolePolicy("own", {
    role: role.id,
    policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
            { Effect: "Allow", Action: "ssm:GetParameter", Resource: parameter },
            { Effect: "Allow", Action: "s3:*", Resource: [bucket, pulumi.interpolate`${data.arn}/*`] },
            ...(granted ? [{ Effect: "Allow", Action: "*", Resource: granted }] : []),
        ],
    }),
});
