// Package aws registers what the program needs, as the generated SDK would; that one takes many minutes to compile.
package aws

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Resource is of any type that has an ARN or an id only.
type Resource struct {
	pulumi.CustomResourceState

	Arn pulumi.StringOutput `pulumi:"arn"`
}

func NewParameter(ctx *pulumi.Context, name string, inputs pulumi.Map) (*Resource, error) {
	return register(ctx, "aws:ssm/parameter:Parameter", name, inputs)
}

func NewRole(ctx *pulumi.Context, name string, inputs pulumi.Map) (*Resource, error) {
	return register(ctx, "aws:iam/role:Role", name, inputs)
}

func NewRolePolicy(ctx *pulumi.Context, name string, inputs pulumi.Map) (*Resource, error) {
	return register(ctx, "aws:iam/rolePolicy:RolePolicy", name, inputs)
}

func NewBucket(ctx *pulumi.Context, name string, inputs pulumi.Map) (*Resource, error) {
	return register(ctx, "aws:s3/bucket:Bucket", name, inputs)
}

func register(ctx *pulumi.Context, token, name string, inputs pulumi.Map) (*Resource, error) {
	made := &Resource{}
	return made, ctx.RegisterResource(token, name, inputs, made)
}
