// Command program makes a role that may read what it makes beside it: names and ARNs that nobody knows before the update.
package main

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"tenant-safety/tests/programs/go/aws"
)

const (
	trust = `{"Version": "2012-10-17", "Statement":
		{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}`
	bucketArn = "arn:aws:s3:::"
)

type statement struct {
	Effect, Action string
	Resource       []string
}

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	granted := config.Get(ctx, "shop:granted")
	settings, err := aws.NewParameter(ctx, "settings", pulumi.Map{
		"type": pulumi.String("String"), "value": pulumi.String("{}"),
	})
	if err != nil {
		return err
	}
	role, err := aws.NewRole(ctx, "cicd", pulumi.Map{
		"name": pulumi.String("cicd-app"), "assumeRolePolicy": pulumi.String(trust),
		"permissionsBoundary": pulumi.String("arn:aws:iam::aws:policy/PowerUserAccess"),
	})
	if err != nil {
		return err
	}
	data, err := aws.NewBucket(ctx, "data", pulumi.Map{})
	if err != nil {
		return err
	}
	everything := pulumi.Sprintf("%s/*", data.Arn)
	policy := pulumi.All(settings.Arn, data.Arn, everything).ApplyT(func(arns []any) (string, error) {
		return document(arns[0].(string), arns[1].(string), arns[2].(string), granted)
	}).(pulumi.StringOutput)
	_, err = aws.NewRolePolicy(ctx, "own", pulumi.Map{"role": role.ID(), "policy": policy})
	return err
}

func document(parameter, bucket, everything, granted string) (string, error) {
	// ARNs that are taken apart and put together again.
	parts := strings.Split(parameter, ":")
	parameter = strings.Join(append(parts[:5], strings.Join(parts[5:], ":")), ":")
	bucket = bucketArn + bucket[len(bucketArn):]

	statements := []statement{
		{"Allow", "ssm:GetParameter", []string{parameter}},
		{"Allow", "s3:*", []string{bucket, everything}},
	}
	if granted != "" {
		statements = append(statements, statement{"Allow", "*", []string{granted}})
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	return string(text), err
}
