"""Who may read: a Cognito user pool made here, an OpenID Connect issuer you name, or (stage local) everyone."""

from dataclasses import dataclass, field

from aws_cdk import Aws, RemovalPolicy, Stack, aws_cognito
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from constructs import Construct

from stacks.auth_config import Auth, CognitoAuth, OidcAuth
from stacks.constructs.nag import acknowledge

READ, ERASE = "viewers:read", "viewers:erase"
RESOURCE_SERVER = "live-viewers"


@dataclass(frozen=True)
class SignIn:
    """What the routes and the page need to know of the issuer. `scopes` are as in the tokens."""

    issuer: str
    audience: list[str]
    page_client_id: str
    read_scope: str
    erase_scope: str
    connect_origins: list[str] = field(default_factory=list)

    def authorizer(self) -> apigw.IHttpRouteAuthorizer:
        """Lets a request pass whose bearer token the issuer signed for one of the audiences."""
        return authorizers.HttpJwtAuthorizer("SignedIn", self.issuer, jwt_audience=self.audience)

    def page_config(self) -> dict[str, str]:
        """The `auth` part of the page's config.json."""
        # A page only reads: who may erase is a service, or a person with a token made for it.
        return {
            "authority": self.issuer,
            "clientId": self.page_client_id,
            "scope": f"openid {self.read_scope}",
        }


class UserPool(Construct):
    """People are invited by an administrator; the page signs in with PKCE, services with client credentials."""

    def __init__(
        self, scope: Construct, construct_id: str, config: CognitoAuth, stage: str, removal: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        self.pool = aws_cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=aws_cognito.SignInAliases(email=True),
            password_policy=aws_cognito.PasswordPolicy(min_length=12),
            mfa=aws_cognito.Mfa.REQUIRED if config.require_mfa else aws_cognito.Mfa.OPTIONAL,
            mfa_second_factor=aws_cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=aws_cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=removal == RemovalPolicy.RETAIN,
            removal_policy=removal,
        )
        acknowledge(
            self.pool,
            {
                "AwsSolutions-COG2": "auth.cognito.require_mfa decides; on by default",
                "AwsSolutions-COG3": "threat protection is a paid tier of the user pool: the owner's choice",
                "AwsSolutions-COG8": "the paid tier is the owner's choice",
                "AwsSolutions-COG1": "12 characters with upper and lower case, digits and symbols",
            },
        )
        self._scopes = {
            name: aws_cognito.ResourceServerScope(scope_name=name, scope_description=description)
            for name, description in ((READ, "Read live viewers and profiles"), (ERASE, "Erase a viewer"))
        }
        self._server = self.pool.add_resource_server(
            "Api", identifier=RESOURCE_SERVER, scopes=list(self._scopes.values())
        )
        prefix = config.domain_prefix or f"live-viewers-{stage}-{Aws.ACCOUNT_ID}"
        self._domain = self.pool.add_domain(
            "SignInPage", cognito_domain=aws_cognito.CognitoDomainOptions(domain_prefix=prefix)
        )
        stack = Stack.of(self)
        self.issuer = f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{self.pool.user_pool_id}"
        self.connect_origins = [
            f"https://cognito-idp.{stack.region}.{stack.url_suffix}",
            f"https://{prefix}.auth.{stack.region}.amazoncognito.com",
        ]

    def sign_in(self, site_url: str) -> SignIn:
        """Add the clients: the page's returns to `site_url` and only reads; the services' has a secret."""
        allowed = {
            name: aws_cognito.OAuthScope.resource_server(self._server, scope)
            for name, scope in self._scopes.items()
        }
        page = self.pool.add_client(
            "Page",
            generate_secret=False,
            prevent_user_existence_errors=True,
            o_auth=aws_cognito.OAuthSettings(
                flows=aws_cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[aws_cognito.OAuthScope.OPENID, allowed[READ]],
                callback_urls=[f"{site_url}/", f"{site_url}/index.html"],
                logout_urls=[f"{site_url}/", f"{site_url}/index.html"],
            ),
        )
        services = self.pool.add_client(
            "Services",
            generate_secret=True,
            o_auth=aws_cognito.OAuthSettings(
                flows=aws_cognito.OAuthFlows(client_credentials=True), scopes=list(allowed.values())
            ),
        )
        return SignIn(
            issuer=self.issuer,
            audience=[page.user_pool_client_id, services.user_pool_client_id],
            page_client_id=page.user_pool_client_id,
            read_scope=f"{RESOURCE_SERVER}/{READ}",
            erase_scope=f"{RESOURCE_SERVER}/{ERASE}",
        )


def oidc_sign_in(config: OidcAuth) -> SignIn:
    """Your own issuer; the page discovers its endpoints from it."""
    return SignIn(
        issuer=config.issuer,
        audience=config.audience,
        page_client_id=config.page_client_id,
        read_scope=config.read_scope,
        erase_scope=config.erase_scope,
    )


def connect_origins(config: Auth, pool: UserPool | None) -> list[str]:
    """Where the page may fetch tokens from, for its content security policy."""
    if pool is not None:
        return pool.connect_origins
    if isinstance(config, OidcAuth):
        return ["/".join(config.issuer.split("/")[:3])]
    return []
